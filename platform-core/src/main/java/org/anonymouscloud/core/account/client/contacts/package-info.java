/**
 * Other people's accounts: who a name is, and whether it is still the same person
 * (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.contacts.Contacts}. Knows nothing of this account's
 * secrets, nor of what is shared.
 */
@NullMarked
package org.anonymouscloud.core.account.client.contacts;

import org.jspecify.annotations.NullMarked;
