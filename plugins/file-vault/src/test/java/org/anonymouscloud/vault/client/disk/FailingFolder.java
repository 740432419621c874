package org.anonymouscloud.vault.client.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;

/**
 * A real folder of a disk that fails at one step.
 *
 * @param real the folder
 * @param failing a method of {@link SecureDirectoryStream}, or of the channels that it opens
 */
record FailingFolder(SecureDirectoryStream<Path> real, String failing) {
  static final String REASON = "Input/output error";

  static SecureDirectoryStream<Path> of(Path folder, String failing) throws IOException {
    // As LocalTarget opens it; whoever closes the proxy closes it.
    DirectoryStream<Path> real =
        folder.getFileSystem().provider().newDirectoryStream(folder, path -> true);
    assertThat(real).isInstanceOf(SecureDirectoryStream.class);
    return proxy(
        SecureDirectoryStream.class,
        new FailingFolder((SecureDirectoryStream<Path>) real, failing)::call);
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("move") && !failing.equals("move")) {
      real.move((Path) arguments[0], real, (Path) arguments[2]);
      return null;
    }
    Object result = pass(real, method, arguments);
    return result instanceof SeekableByteChannel channel
        ? proxy(SeekableByteChannel.class, (of, its) -> passAndClose(channel, of, its))
        : result;
  }

  /** A channel that cannot be closed is closed all the same. */
  private Object passAndClose(SeekableByteChannel channel, Method method, Object[] arguments)
      throws Throwable {
    if (method.getName().equals("close")) {
      channel.close();
    }
    return pass(channel, method, arguments);
  }

  private Object pass(Object object, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals(failing)) {
      throw new FileSystemException("a file", null, REASON);
    }
    try {
      return method.invoke(object, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private interface Call {
    Object on(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<? super T> type, Call call) {
    @SuppressWarnings("unchecked")
    T proxy =
        (T)
            Proxy.newProxyInstance(
                FailingFolder.class.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> call.on(method, arguments));
    return proxy;
  }
}
