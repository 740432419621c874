package org.anonymouscloud.core.account.server.password;

import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * What the server keeps of an account's password.
 *
 * @param record OPAQUE's
 * @param credential what the OPRF key comes from that the record was made with
 * @param keys the generation of {@link ServerSecrets} that it was made with
 * @param loginKey of who has the account key
 * @param deviceSet the day on which a device alone put it in force; 0 if its owner has shown more
 */
public record StoredPassword(
    byte[] record, Credential credential, String keys, VerifyKey loginKey, long deviceSet) {}
