package org.anonymouscloud.core.host;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.anonymouscloud.core.release.PluginRefused;

/** Whether a class was built for the extension point as it is in this program. */
final class Fit {
  private Fit() {}

  /**
   * Looks for each method that the program calls. The JVM would not miss one before it is called.
   *
   * @throws PluginRefused if one is not there
   * @throws LinkageError if a type that the class was built for is not there
   */
  static void check(Class<?> extension, Class<?> point) throws PluginRefused {
    Method[] has = extension.getMethods();
    for (Method asked : point.getMethods()) {
      if (Modifier.isAbstract(asked.getModifiers())
          && Arrays.stream(has).noneMatch(own -> implementsIt(own, asked))) {
        throw new PluginRefused(
            extension.getName()
                + " has no "
                + asked.getName()
                + " as this version asks for it: it was built for another version of the program,"
                + " and must be built anew for this one");
      }
    }
  }

  /** As the JVM looks a method up, which goes by what it returns too. */
  private static boolean implementsIt(Method own, Method asked) {
    return !Modifier.isAbstract(own.getModifiers())
        && own.getName().equals(asked.getName())
        && own.getReturnType() == asked.getReturnType()
        && Arrays.equals(own.getParameterTypes(), asked.getParameterTypes());
  }
}
