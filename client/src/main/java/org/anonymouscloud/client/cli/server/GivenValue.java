package org.anonymouscloud.client.cli.server;

/**
 * A setting's value as it was given.
 *
 * @param source the flag, the variable or the line of the file, for people
 */
record GivenValue(String text, String source) {}
