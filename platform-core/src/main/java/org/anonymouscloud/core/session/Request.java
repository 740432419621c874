package org.anonymouscloud.core.session;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * One request, seen by the answering side. The handler need not close the streams; what it does not
 * read is discarded.
 *
 * @param method {@code feature/verb}
 * @param body the encoded question, owned by the receiver
 * @param upload the asker's bulk data, empty if there is none
 * @param download bulk data for the asker; blocks while the asker does not read
 */
public record Request(String method, byte[] body, InputStream upload, OutputStream download) {}
