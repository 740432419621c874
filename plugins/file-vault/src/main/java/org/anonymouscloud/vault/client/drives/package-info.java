/**
 * The drives of an account: its home, and those that it makes or that others share with it. Start
 * with {@link org.anonymouscloud.vault.client.drives.Drives}.
 */
@NullMarked
package org.anonymouscloud.vault.client.drives;

import org.jspecify.annotations.NullMarked;
