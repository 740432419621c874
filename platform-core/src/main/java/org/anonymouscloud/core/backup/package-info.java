/**
 * Copies of all that a server has, made while it runs, and what is needed to trust them: {@link
 * org.anonymouscloud.core.backup.Backup}, {@link org.anonymouscloud.core.backup.Restore}, {@link
 * org.anonymouscloud.core.backup.BackupVerification}, {@link
 * org.anonymouscloud.core.backup.ServerVerification}. The format stands in docs/formats/backup.md.
 * Must not know which features there are, nor which kind of database.
 */
@NullMarked
package org.anonymouscloud.core.backup;

import org.jspecify.annotations.NullMarked;
