/**
 * What a server checks passwords with: its secrets, of which there are generations, and the record
 * that it keeps of each password (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.server.password.ServerSecrets}. Knows no database.
 */
@NullMarked
package org.anonymouscloud.core.account.server.password;

import org.jspecify.annotations.NullMarked;
