/**
 * Copies of all rows, whoever owns them: from one database to another ({@link
 * org.anonymouscloud.core.database.copy.DatabaseMove}), and to and from the file that a backup
 * holds ({@link org.anonymouscloud.core.database.copy.RowsFile}). Knows tables by what the database
 * says of them, not by their owners.
 */
@NullMarked
package org.anonymouscloud.core.database.copy;

import org.jspecify.annotations.NullMarked;
