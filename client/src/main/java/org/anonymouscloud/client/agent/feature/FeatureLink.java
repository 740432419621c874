package org.anonymouscloud.client.agent.feature;

import java.io.IOException;
import java.util.function.Consumer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Refused;

/** A link for one feature's own methods and topics. Thread-safe. */
record FeatureLink(Link link, String feature) implements Link {
  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    return link.ask(own(method), body);
  }

  @Override
  public Call open(String method, byte[] body) throws IOException {
    return link.open(own(method), body);
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    return link.subscribe(own(topic), receiver);
  }

  private String own(String name) {
    if (!name.startsWith(feature + "/")) {
      throw new IllegalArgumentException(name + " does not belong to " + feature + ".");
    }
    return name;
  }
}
