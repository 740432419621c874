package org.anonymouscloud.client.cli.context;

import picocli.CommandLine;

/** Says which program this is. */
public final class ProgramVersion implements CommandLine.IVersionProvider {
  /** The version as it was released; "development" where no jar says it. */
  public static String number() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"AnonymousCloud " + number()};
  }
}
