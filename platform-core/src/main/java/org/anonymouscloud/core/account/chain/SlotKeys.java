package org.anonymouscloud.core.account.chain;

import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * The two public keys of the password slot or the recovery slot, both made of the slot's secret.
 *
 * @param sealing root secrets are sealed to it
 * @param signing signs the links that the slot may make, and the one that brings it in
 */
public record SlotKeys(SealingKey sealing, VerifyKey signing) {}
