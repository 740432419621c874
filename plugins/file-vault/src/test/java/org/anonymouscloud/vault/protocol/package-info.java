/** Tests of what the two halves of the vault say to each other. */
@NullMarked
package org.anonymouscloud.vault.protocol;

import org.jspecify.annotations.NullMarked;
