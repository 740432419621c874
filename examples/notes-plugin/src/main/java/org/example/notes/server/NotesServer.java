package org.example.notes.server;

import java.util.Optional;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.example.notes.protocol.Messages;
import org.pf4j.Extension;

/** The server half: brings its own table up to date and starts to serve. */
@Extension
public final class NotesServer implements ServerFeature {
  @Override
  public String name() {
    return Messages.FEATURE;
  }

  @Override
  public Optional<FeatureData> data() {
    return Optional.of(new NotesData());
  }

  @Override
  public RunningFeature start(ServerContext context) {
    return new NotesService(context.tables());
  }
}
