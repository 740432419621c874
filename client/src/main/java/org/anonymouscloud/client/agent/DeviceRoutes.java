package org.anonymouscloud.client.agent;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.agent.account.CurrentAccount;
import org.anonymouscloud.client.agent.account.OfferedPairing;
import org.anonymouscloud.client.agent.api.RequestBody;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.KnownDevice;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;

/** The part of the local API that is about the account's devices. Thread-safe. */
final class DeviceRoutes {
  private final CurrentAccount account;
  private final OfferedPairing pairing;

  DeviceRoutes(CurrentAccount account, OfferedPairing pairing) {
    this.account = account;
    this.pairing = pairing;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/account/devices",
            Scope.ADMIN,
            "The account's devices.",
            context -> context.json(Map.of("devices", list()))),
        new Route(
            HandlerType.POST,
            "/account/devices/{device}/name",
            Scope.ADMIN,
            "Calls a device by another name.",
            this::rename),
        new Route(
            HandlerType.POST,
            "/account/devices/revoke",
            Scope.ADMIN,
            "Removes devices from the account. They read nothing that is written from here on.",
            this::revoke),
        new Route(
            HandlerType.POST,
            "/account/pairing",
            Scope.ADMIN,
            "Makes a code with which one new device can come in within ten minutes.",
            this::pair),
        new Route(
            HandlerType.POST,
            "/account/pairing/wait",
            Scope.ADMIN,
            "Waits until a device has come with the code, and says what it calls itself.",
            context -> context.json(Map.of("name", pairing.awaitNewcomer()))),
        new Route(
            HandlerType.POST,
            "/account/pairing/accept",
            Scope.ADMIN,
            "Adds the device that has come to the account.",
            this::accept),
        new Route(
            HandlerType.DELETE,
            "/account/pairing",
            Scope.ADMIN,
            "Gives the pairing up; its code is worth nothing any more.",
            context -> {
              pairing.close();
              context.json(Map.of("ended", true));
            }));
  }

  private void pair(Context context) throws Exception {
    try (Secret code = pairing.begin().text()) {
      context
          .contentType("application/json")
          .result(RequestBody.JSON.writeValueAsBytes(Map.of("code", code.bytes())));
    }
  }

  private void accept(Context context) throws Exception {
    try {
      pairing.open().accept();
    } finally {
      pairing.close();
    }
    context.json(Map.of("devices", list()));
  }

  /** A device's new name. */
  record Rename(@Nullable String name) {}

  /** Ids of devices. */
  record Revoke(@Nullable List<String> devices) {}

  private List<Map<String, Object>> list() throws Exception {
    List<Map<String, Object>> list = new ArrayList<>();
    for (KnownDevice device : devices().list()) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("id", device.id().toString());
      view.put("name", device.name());
      view.put("added", device.added().toString());
      view.put("here", device.here());
      view.put("loggedOut", device.isLoggedOut());
      list.add(view);
    }
    return list;
  }

  private void rename(Context context) throws Exception {
    Rename wish = RequestBody.read(context, Rename.class);
    devices().rename(id(context.pathParam("device")), name(wish.name()));
    context.json(Map.of("devices", list()));
  }

  private void revoke(Context context) throws Exception {
    Revoke wish = RequestBody.read(context, Revoke.class);
    List<DeviceId> gone = new ArrayList<>();
    for (String id : RequestBody.required(wish.devices(), "devices")) {
      gone.add(id(id));
    }
    if (gone.isEmpty()) {
      throw RequestBody.badInput("The body names no device.", null);
    }
    List<String> notes = account.revoke(gone);
    context.json(Map.of("devices", list(), "notes", notes));
  }

  private Devices devices() throws NotLoggedIn {
    return new Devices(account.account().online());
  }

  private static DeviceId id(@Nullable String text) throws Problem {
    try {
      return DeviceId.parse(RequestBody.required(text, "device"));
    } catch (IllegalArgumentException e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static DeviceName name(@Nullable String text) throws Problem {
    try {
      return new DeviceName(RequestBody.required(text, "name"));
    } catch (IllegalArgumentException e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }
}
