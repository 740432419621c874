package org.anonymouscloud.core.release;

import java.nio.file.Path;

/**
 * A plugin that someone who is trusted vouches for. Nothing of its jar has been read yet.
 *
 * @param jar where it should lie
 * @param publisher who vouches, as a person would say it
 * @param enabled whether the owner of the machine wants it
 * @param own whether it is a part of the program
 */
public record Vouched(Path jar, Release release, String publisher, boolean enabled, boolean own) {}
