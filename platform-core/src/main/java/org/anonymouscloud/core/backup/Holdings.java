package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.FeatureData.Hold;
import org.anonymouscloud.core.plugin.FeatureData.StoredFile;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.jdbi.v3.core.Handle;

/** All that the core and the features of a server keep. Immutable. */
public final class Holdings {
  private final Map<String, FeatureData> features = new TreeMap<>();

  private Holdings() {}

  public static Holdings of(List<ServerFeature> features) {
    Holdings all = new Holdings();
    for (ServerFeature feature : features) {
      feature.data().ifPresent(data -> all.features.put(feature.name(), data));
    }
    return all;
  }

  /** The scripts of all tables. */
  public List<Migrations> scripts() {
    List<Migrations> scripts = new ArrayList<>();
    scripts.add(AccountService.tables());
    features.values().forEach(data -> scripts.add(data.tables()));
    return scripts;
  }

  boolean isFeature(String name) {
    return features.containsKey(name);
  }

  /** Of the owners of tables, the features that are not here. */
  Set<String> absent(Set<String> owners) {
    Set<String> absent = new TreeSet<>(owners);
    absent.remove(Migrations.CORE);
    absent.removeAll(features.keySet());
    return absent;
  }

  /** Names each file that the rows say is there, with its feature. */
  void files(Handle rows, BiConsumer<String, StoredFile> each) {
    features.forEach((name, data) -> data.files(rows, file -> each.accept(name, file)));
  }

  /** What lies in the features' folders and is no file of theirs, with its feature. */
  Set<String> foreign(Handle rows, Path dataFolder) throws IOException {
    Set<String> foreign = new TreeSet<>();
    for (Map.Entry<String, FeatureData> feature : features.entrySet()) {
      Path folder = dataFolder.resolve(feature.getKey());
      if (Files.isDirectory(folder)) {
        for (String file : feature.getValue().foreign(rows, folder)) {
          foreign.add(feature.getKey() + "/" + file);
        }
      }
    }
    return foreign;
  }

  /** Keeps all files of a server from being deleted until it is closed. */
  Hold hold(Path dataFolder) throws IOException {
    List<Hold> holds = new ArrayList<>();
    Hold all =
        () -> {
          for (Hold hold : holds) {
            hold.close();
          }
        };
    try {
      for (Map.Entry<String, FeatureData> feature : features.entrySet()) {
        Path folder = dataFolder.resolve(feature.getKey());
        if (Files.isDirectory(folder)) {
          holds.add(feature.getValue().hold(folder));
        }
      }
    } catch (IOException e) {
      all.close();
      throw e;
    }
    return all;
  }
}
