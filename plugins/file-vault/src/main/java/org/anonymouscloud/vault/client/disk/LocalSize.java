package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** How much there is to copy, for a progress bar: what cannot be looked at counts nothing. */
public final class LocalSize extends SimpleFileVisitor<Path> {
  private final LeftOut leftOut;
  private long bytes;

  private LocalSize(LeftOut leftOut) {
    this.leftOut = leftOut;
  }

  /** How many bytes the files have that are below a folder and to be copied. */
  public static long below(Path folder, LeftOut leftOut) throws IOException {
    LocalSize size = new LocalSize(leftOut);
    Files.walkFileTree(folder, size);
    return size.bytes;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return isOut(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  private boolean isOut(Path path) {
    return !path.equals(leftOut.top()) && (leftOut.isOwn(path) || leftOut.isUnwanted(path));
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    bytes += attributes.isRegularFile() && !isOut(file) ? attributes.size() : 0;
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
    return FileVisitResult.CONTINUE;
  }
}
