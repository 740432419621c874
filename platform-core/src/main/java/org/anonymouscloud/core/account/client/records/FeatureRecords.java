package org.anonymouscloud.core.account.client.records;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.plugin.RecordStore;

/**
 * The records of one feature, and of no other. Thread-safe.
 *
 * @param device all records of the device
 * @param keeper of the device's mark
 */
public record FeatureRecords(DeviceRecords device, String feature, MarkKeeper keeper)
    implements RecordStore {
  @Override
  public Optional<byte[]> get(String key) throws IOException {
    return device.read(feature, records -> records.get(key));
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    return device.read(feature, records -> records.list(prefix));
  }

  @Override
  public <T, X extends Exception> T change(Change<T, X> work) throws X, IOException {
    return device.change(feature, work);
  }

  @Override
  public void settle() throws IOException {
    device.settle(feature, keeper);
  }

  @Override
  public void reset() throws IOException {
    device.reset(feature);
  }
}
