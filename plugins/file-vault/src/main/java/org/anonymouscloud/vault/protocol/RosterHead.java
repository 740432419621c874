package org.anonymouscloud.vault.protocol;

import org.anonymouscloud.core.crypto.Digest;

/**
 * One roster among all of a drive, which names those before it.
 *
 * @param number counted from 0
 * @param hash SHA-256 of the whole roster
 */
public record RosterHead(long number, Digest hash) {}
