package org.anonymouscloud.vault.client.space;

import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.vault.client.content.Sealer;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.resume.Leftovers;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * What it takes to look through a drive and to give space back; all of it stays the caller's.
 *
 * @param device that writes
 * @param commits held while a root is moved
 */
public record SpaceParts(
    DriveId id,
    DeviceId device,
    Nodes nodes,
    Sealing sealing,
    PackReader packs,
    Sealer sealer,
    RemoteVault remote,
    Roots roots,
    Supplier<PackWriter> writers,
    Leftovers leftovers,
    ReentrantLock commits,
    Clock clock) {}
