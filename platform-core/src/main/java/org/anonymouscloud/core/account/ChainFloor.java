package org.anonymouscloud.core.account;

import org.anonymouscloud.core.crypto.Digest;

/**
 * The highest link somebody has seen. Only ever rises; a chain that does not contain it is a
 * rollback or a fork (A13, A23).
 *
 * @param seq the link's number
 * @param hash the link's hash
 */
public record ChainFloor(long seq, Digest hash) {}
