/**
 * The vault's part of the local API. Start with {@link
 * org.anonymouscloud.vault.client.api.VaultRoutes}. Turns requests into questions to the drive and
 * its failures into problems; decides nothing about files itself. More than twenty types, because
 * each kind of thing that is asked for has a class of routes, and all share what reads a request.
 */
@NullMarked
package org.anonymouscloud.vault.client.api;

import org.jspecify.annotations.NullMarked;
