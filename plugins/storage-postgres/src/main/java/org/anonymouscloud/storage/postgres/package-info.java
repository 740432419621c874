/**
 * The database of servers with many users, and of several server nodes: PostgreSQL. Start with
 * {@link org.anonymouscloud.storage.postgres.PostgresDatabase}.
 */
@NullMarked
package org.anonymouscloud.storage.postgres;

import org.jspecify.annotations.NullMarked;
