/** Tests of SQLite as a database. */
@NullMarked
package org.anonymouscloud.storage.sqlite;

import org.jspecify.annotations.NullMarked;
