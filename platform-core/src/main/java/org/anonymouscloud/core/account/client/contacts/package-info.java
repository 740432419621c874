/**
 * Other people's accounts: who a name is, and whether it is still the same person
 * (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.contacts.Contacts}; the list that the account's devices
 * share is {@link org.anonymouscloud.core.account.client.contacts.SharedBook}. Knows nothing of
 * this account's secrets but what seals that list, nor of what is shared.
 */
@NullMarked
package org.anonymouscloud.core.account.client.contacts;

import org.jspecify.annotations.NullMarked;
