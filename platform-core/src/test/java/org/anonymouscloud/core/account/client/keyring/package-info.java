/** The platform's keyring, by programs that behave as the platforms' own. */
@NullMarked
package org.anonymouscloud.core.account.client.keyring;

import org.jspecify.annotations.NullMarked;
