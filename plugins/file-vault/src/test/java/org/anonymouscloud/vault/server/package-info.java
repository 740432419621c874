/**
 * Tests of the server's half of the vault, and {@code ServerHalf}, which the client's half uses.
 */
@NullMarked
package org.anonymouscloud.vault.server;

import org.jspecify.annotations.NullMarked;
