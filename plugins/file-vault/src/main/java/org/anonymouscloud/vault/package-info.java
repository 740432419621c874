/**
 * The file vault: an encrypted drive for each account. {@code client} runs in the agent and has the
 * keys, {@code server} keeps what it cannot read, {@code protocol} is what they say to each other.
 * Start with {@code VaultFeature} in {@code client}.
 */
@NullMarked
package org.anonymouscloud.vault;

import org.jspecify.annotations.NullMarked;
