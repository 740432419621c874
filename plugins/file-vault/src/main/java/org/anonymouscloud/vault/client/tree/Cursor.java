package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Gives things one after another, each fetched when it is wanted. Not thread-safe. */
@FunctionalInterface
public interface Cursor<T> {
  /** The next thing; null after the last. */
  @Nullable T next() throws IOException;
}
