package org.anonymouscloud.core.database.copy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One row of a table: its values in the order of the columns, as {@link ColumnType} has them. */
record Row(@Nullable Object[] values) {
  /** Whether all values are the same, and of the same type. */
  boolean isSameAs(Row other) {
    return Arrays.deepEquals(values, other.values);
  }
}
