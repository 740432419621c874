package org.anonymouscloud.core.backup;

import java.util.Optional;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * What a server has besides its database and its features' files.
 *
 * @param server of the server's key, which tells whose the backup is
 * @param settings the lines of its settings file that hold wherever the server is; empty if it has
 *     no such file
 * @param plugins what its owner has installed
 */
public record Belongings(Fingerprint server, Optional<String> settings, PluginFolder plugins) {}
