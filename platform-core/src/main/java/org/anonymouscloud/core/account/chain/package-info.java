/**
 * The append-only signed list of an account's keys, and the form of the records sealed to them
 * (docs/formats/account.md). Start with {@link org.anonymouscloud.core.account.chain.Chain}. Used
 * by both halves; knows neither the server's tables nor the client's secrets.
 */
@NullMarked
package org.anonymouscloud.core.account.chain;

import org.jspecify.annotations.NullMarked;
