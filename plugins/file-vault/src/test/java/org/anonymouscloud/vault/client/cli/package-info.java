@NullMarked
package org.anonymouscloud.vault.client.cli;

import org.jspecify.annotations.NullMarked;
