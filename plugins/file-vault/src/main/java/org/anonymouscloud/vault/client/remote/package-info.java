/**
 * The server as the client's half asks it, and what it must not be believed. Start with {@link
 * org.anonymouscloud.vault.client.remote.RemoteVault}. Knows bytes and names, and nothing that is
 * sealed.
 */
@NullMarked
package org.anonymouscloud.vault.client.remote;

import org.jspecify.annotations.NullMarked;
