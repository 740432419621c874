package org.anonymouscloud.vault.client.drive;

import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.store.Buffers;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * What it takes to read a drive, at whichever root.
 *
 * @param segments for what is opened on the way out
 */
record Reading(DriveId id, Nodes nodes, Sealing sealing, PackReader packs, Buffers segments) {}
