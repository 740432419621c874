/**
 * An account as its server has it: what is asked of it, links that are added to its chain, and the
 * checks of each answer before anything of it is used. Start with {@link
 * org.anonymouscloud.core.account.client.remote.OpenedAccount}. Knows no disk of this device.
 */
@NullMarked
package org.anonymouscloud.core.account.client.remote;

import org.jspecify.annotations.NullMarked;
