/** Names, keys and chains of accounts, as people type them and as attackers bend them. */
@NullMarked
package org.anonymouscloud.core.account.client.sheet;

import org.jspecify.annotations.NullMarked;
