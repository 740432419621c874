/**
 * Where a server keeps its rows. A storage plugin supplies a {@link
 * org.anonymouscloud.core.database.Database}; core and features own their tables by migrations in
 * their own jars. Must not know whose rows they are.
 */
@NullMarked
package org.anonymouscloud.core.database;

import org.jspecify.annotations.NullMarked;
