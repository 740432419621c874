/**
 * The database of a server on one machine: one SQLite file in the data folder. Start with {@link
 * org.anonymouscloud.storage.sqlite.SqliteDatabase}; {@link
 * org.anonymouscloud.storage.sqlite.GroupCommit} is what makes many small writes fast.
 */
@NullMarked
package org.anonymouscloud.storage.sqlite;

import org.jspecify.annotations.NullMarked;
