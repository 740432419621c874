package org.anonymouscloud.vault.client.drive;

import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.TransferMemory;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * What it takes to read a drive, at whichever root.
 *
 * @param memory that all who read share
 */
record Reading(DriveId id, Nodes nodes, Sealing sealing, PackReader packs, TransferMemory memory) {}
