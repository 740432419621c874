package org.anonymouscloud.core.release;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * A plugin that someone who is trusted vouches for. Nothing of its jar has been read yet.
 *
 * @param jar where it should lie
 * @param publisher who vouches, as a person would say it
 * @param enabled whether the owner of the machine wants it
 * @param own whether it is a part of the program
 * @param signedBy whose signature it bears; none if it is a part of the program, or is only tried
 */
public record TrustedPlugin(
    Path jar,
    Release release,
    String publisher,
    boolean enabled,
    boolean own,
    Optional<VerifyKey> signedBy) {}
