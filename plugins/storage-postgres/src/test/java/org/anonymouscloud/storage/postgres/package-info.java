/** Tests of PostgreSQL as a database. */
@NullMarked
package org.anonymouscloud.storage.postgres;

import org.jspecify.annotations.NullMarked;
