package org.anonymouscloud.client.cli;

import picocli.CommandLine;

/** Says which program this is. */
final class ProgramVersion implements CommandLine.IVersionProvider {
  static String number() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"AnonymousCloud " + number()};
  }
}
