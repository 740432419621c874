package org.anonymouscloud.core.account.chain;

/**
 * The heads that a link of a chain carries, as they stand there (docs/formats/account.md).
 *
 * @param link its number
 * @param generation of the root secret under which they are sealed: the newest after the link
 * @param bytes no other code's; empty for a first link
 */
public record SealedHeads(long link, int generation, byte[] bytes) {}
