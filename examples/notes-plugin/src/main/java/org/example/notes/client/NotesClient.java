package org.example.notes.client;

import java.util.List;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.RunningClient;
import org.example.notes.protocol.Messages;
import org.pf4j.Extension;

/** The client half: a part of the agent, and a command. */
@Extension
public final class NotesClient implements ClientFeature {
  @Override
  public String name() {
    return Messages.FEATURE;
  }

  @Override
  public RunningClient start(ClientContext context) {
    return new RunningNotes(context);
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return List.of(new NotesCommand(context));
  }
}
