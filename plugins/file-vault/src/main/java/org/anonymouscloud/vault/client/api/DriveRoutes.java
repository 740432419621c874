package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/** The drives themselves: which there are, who their members are, who pays. Thread-safe. */
final class DriveRoutes {
  private static final String DRIVES = "/vault/drives";
  private static final String DRIVE = DRIVES + "/{drive}";

  /** Nobody sees it, so nobody would type it. */
  private static final Pattern BLANK_END = Pattern.compile("^[\\s\\p{Z}]|[\\s\\p{Z}]$");

  private final OpenDrive drives;

  DriveRoutes(OpenDrive drives) {
    this.drives = drives;
  }

  List<Route> routes() {
    return List.of(
        route(
            HandlerType.GET,
            DRIVES,
            Scope.READ,
            "The drives of this account, the home first, then by name.",
            this::list),
        route(
            HandlerType.GET,
            "/vault/space",
            Scope.READ,
            "The space that the account and each of its drives use, and how much they may.",
            this::space),
        route(
                HandlerType.POST,
                DRIVES,
                Scope.WRITE,
                "Make a drive with this account as its only member (name).",
                this::create)
            .asking("name"),
        route(
            HandlerType.GET,
            DRIVE,
            Scope.READ,
            "A drive, by its name or id: its members, who pays, how much it takes.",
            this::show),
        route(
            HandlerType.DELETE,
            DRIVE,
            Scope.WRITE,
            "Delete a drive of which this account is the only member, with all that is in it.",
            this::delete),
        route(
                HandlerType.PUT,
                DRIVE + "/name",
                Scope.WRITE,
                "Give a drive another name (name).",
                this::rename)
            .asking("name"),
        route(
                HandlerType.PUT,
                DRIVE + "/quota",
                Scope.WRITE,
                "Let a drive take so many bytes at most (limit; none for no limit), or pay for it"
                    + " from now on (pay).",
                this::quota)
            .asking("limit", "pay"),
        route(
                HandlerType.POST,
                DRIVE + "/members",
                Scope.WRITE,
                "Let one of the contacts use a drive, or give a member another right (with, right:"
                    + " read, write or own; without it a member keeps what it has, which is"
                    + " 'stays' in the answer, and anybody else may write).",
                this::share)
            .asking("with", "right"),
        route(
            HandlerType.DELETE,
            DRIVE + "/members/{member}",
            Scope.WRITE,
            "Take a member out, by name or account id: it reads nothing that is written from then"
                + " on.",
            this::unshare),
        route(
            HandlerType.POST,
            DRIVE + "/keys",
            Scope.WRITE,
            "Make new keys for a drive's members; also where the newest keys, state or list of"
                + " members cannot be used.",
            this::renew),
        route(
            HandlerType.POST,
            DRIVE + "/leave",
            Scope.WRITE,
            "Leave a drive that others own.",
            this::leave),
        route(
            HandlerType.GET,
            DRIVE + "/heads",
            Scope.READ,
            "How far a drive has come as this device sees it: to compare with another member's.",
            this::heads));
  }

  private static Route route(
      HandlerType method, String path, Scope scope, String summary, Handler does) {
    return new Route(method, path, scope, summary, VaultProblems.told(does));
  }

  /**
   * A drive as the local API tells of it.
   *
   * @param name none if it is not there yet or cannot be opened
   * @param right of this account: read, write or own
   * @param pays whether this account pays for it
   * @param payer the account that does; none if it is not there yet
   * @param payerName of a contact
   * @param limit the most bytes that it may take; none for no limit of its own
   * @param byId true if it is found by its id alone, as its name leads to another one or to none
   * @param gone what it was called that the server has no more for this account
   * @param problem why it cannot be used
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record DriveView(
      String id,
      @Nullable String name,
      boolean home,
      @Nullable String right,
      @Nullable Integer members,
      boolean pays,
      @Nullable String payer,
      @Nullable String payerName,
      @Nullable Long limit,
      @Nullable Boolean byId,
      @Nullable String gone,
      @Nullable String problem) {

    DriveView foundByIdAlone() {
      return new DriveView(
          id, name, home, right, members, pays, payer, payerName, limit, true, gone, problem);
    }
  }

  /**
   * A member as the local API tells of it.
   *
   * @param name of a contact; none for others
   * @param you whether it is this account
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record MemberView(
      String account, @Nullable String name, String right, boolean pays, boolean you) {}

  private void list(Context context) throws NotLoggedIn, IOException {
    Drives open = drives.drives();
    context.json(Map.of("drives", byName(List.copyOf(views(open).values()), DriveView::name)));
  }

  /** All drives, the home first. */
  private static Map<Drive, DriveView> views(Drives open) throws IOException {
    Map<Drive, DriveView> views = new LinkedHashMap<>();
    List<Drive> named = new ArrayList<>();
    for (Drive drive : open.list()) {
      DriveView view = view(open, drive);
      views.put(drive, view);
      if (view.name() != null) {
        named.add(drive);
      }
    }
    Set<DriveId> byId = open.foundByIdAlone(named);
    views.replaceAll((drive, view) -> byId.contains(drive.id()) ? view.foundByIdAlone() : view);
    return views;
  }

  /** The home, which comes first, then the others by name; at the end those without. */
  private static <T> List<T> byName(List<T> drives, Function<T, @Nullable String> name) {
    Comparator<@Nullable String> order =
        Comparator.nullsLast(
            String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder()));
    List<T> others = new ArrayList<>(drives.subList(1, drives.size()));
    others.sort(Comparator.comparing(name, order));
    others.addFirst(drives.getFirst());
    return others;
  }

  private static DriveView view(Drives open, Drive drive) throws IOException {
    String id = drive.id().toString();
    boolean home = open.isHome(drive);
    String name = home ? "home" : null;
    try {
      List<Members.Person> people = drive.people();
      Optional<Roster> roster = drive.members();
      String right =
          people.stream()
              .filter(Members.Person::isOwn)
              .map(person -> text(person.member().right()))
              .findFirst()
              .orElse(home ? text(Right.OWN) : null);
      Optional<AccountId> payer = roster.map(Roster::payer);
      Optional<Members.Person> paying =
          people.stream()
              .filter(person -> payer.equals(Optional.of(person.member().account())))
              .findFirst();
      return new DriveView(
          id,
          drive.name().map(Name::text).orElse(name),
          home,
          right,
          Math.max(1, people.size()),
          payer.isEmpty() || paying.filter(Members.Person::isOwn).isPresent(),
          payer.map(AccountId::toString).orElse(null),
          paying.flatMap(Members.Person::name).map(UserName::text).orElse(null),
          roster.map(Roster::limit).filter(limit -> limit < Long.MAX_VALUE).orElse(null),
          null,
          null,
          null);
    } catch (Untrusted | DriveGone e) {
      String problem = String.valueOf(e.getMessage());
      String was = e instanceof DriveGone gone ? gone.name().orElse(null) : null;
      return new DriveView(id, name, home, null, null, false, null, null, null, null, was, problem);
    }
  }

  private static String text(Right right) {
    return right.name().toLowerCase(Locale.ROOT);
  }

  private void create(Context context) throws Problem, NotLoggedIn, IOException {
    Name name = name(context);
    Drives open = drives.drives();
    requireNew(open, name);
    context.json(view(open, open.create(name)));
  }

  /** Of two drives of one name neither could be named any more. */
  private void requireNew(Drives open, Name name) throws Problem, IOException {
    for (Drive drive : open.list()) {
      if (name.text().equals(view(open, drive).name())) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            "There is a drive '" + name.visible() + "' already; give this one another name.");
      }
    }
  }

  private void show(Context context) throws Problem, NotLoggedIn, IOException {
    context.json(shown(context));
  }

  private Map<String, Object> shown(Context context) throws Problem, NotLoggedIn, IOException {
    Drives open = drives.drives();
    Drive drive = drives.of(context);
    List<MemberView> members = new ArrayList<>();
    Optional<AccountId> payer = drive.members().map(roster -> roster.payer());
    for (Members.Person person : drive.people()) {
      AccountId account = person.member().account();
      members.add(
          new MemberView(
              account.toString(),
              person.name().map(UserName::text).orElse(null),
              text(person.member().right()),
              payer.equals(Optional.of(account)),
              person.isOwn()));
    }
    Optional<VaultMessages.Usage> usage = usage(drive);
    long limit = drive.members().map(roster -> roster.limit()).orElse(Long.MAX_VALUE);
    return Map.of(
        "drive",
        view(open, drive),
        "members",
        members,
        "space",
        new Space(
            usage.map(VaultMessages.Usage::drive).orElse(0L),
            usage.map(VaultMessages.Usage::held).orElse(0L),
            limit == Long.MAX_VALUE ? null : limit));
  }

  /**
   * @param used bytes of the drive
   * @param held bytes of what nothing needs any more and the server deletes within a day
   * @param limit the most bytes that it may take; none for no limit of its own
   */
  private record Space(long used, long held, @Nullable Long limit) {}

  /**
   * What a drive takes.
   *
   * @param pays whether this account pays for it
   * @param payer the account that does; none if the drive is not there yet
   * @param payerName of a contact
   * @param byId true if it is found by its id alone
   * @param gone what it was called that the server has no more for this account
   * @param problem why it is not known who pays
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record DriveSpace(
      String id,
      @Nullable String name,
      long used,
      long held,
      @JsonInclude @Nullable Long limit,
      boolean pays,
      @Nullable String payer,
      @Nullable String payerName,
      @Nullable Boolean byId,
      @Nullable String gone,
      @Nullable String problem) {}

  /**
   * @param used bytes of the account, of all features; none if it has no drive yet
   * @param quota the most bytes that the account may use; null for no limit
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record AllSpace(
      @Nullable Long used, @JsonInclude @Nullable Long quota, List<DriveSpace> drives) {}

  private void space(Context context) throws NotLoggedIn, IOException {
    Drives open = drives.drives();
    List<DriveSpace> views = new ArrayList<>();
    Optional<VaultMessages.Usage> account = Optional.empty();
    for (Map.Entry<Drive, DriveView> each : views(open).entrySet()) {
      Optional<VaultMessages.Usage> usage = usage(each.getKey());
      account = usage.isPresent() ? usage : account;
      views.add(space(each.getValue(), usage));
    }
    context.json(
        new AllSpace(
            account.map(VaultMessages.Usage::used).orElse(null),
            account
                .map(VaultMessages.Usage::quota)
                .filter(quota -> quota < Long.MAX_VALUE)
                .orElse(null),
            byName(views, DriveSpace::name)));
  }

  /** None of a home that nothing was ever put into. */
  private static Optional<VaultMessages.Usage> usage(Drive drive) throws IOException {
    try {
      return Optional.of(drive.usage());
    } catch (ServerRefused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static DriveSpace space(DriveView view, Optional<VaultMessages.Usage> usage) {
    return new DriveSpace(
        view.id(),
        view.name(),
        usage.map(VaultMessages.Usage::drive).orElse(0L),
        usage.map(VaultMessages.Usage::held).orElse(0L),
        view.limit(),
        view.pays(),
        view.payer(),
        view.payerName(),
        view.byId(),
        view.gone(),
        view.problem());
  }

  private void rename(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = shared(context, "keeps its name");
    Name name = name(context);
    if (!drive.name().equals(Optional.of(name))) {
      requireNew(drives.drives(), name);
    }
    drives.drives().rename(drive, name);
    context.json(view(drives.drives(), drive));
  }

  private static Name name(Context context) throws Problem {
    String text = Optional.ofNullable(context.queryParam("name")).orElse("");
    try {
      Name name = Name.of(text);
      if (name.isPlain()
          && !text.startsWith("-")
          && !BLANK_END.matcher(text).find()
          && name.encode().length <= Members.LONGEST_NAME) {
        return name;
      }
    } catch (IllegalArgumentException e) {
      // Said below, with all else that it may be.
    }
    throw RequestArguments.bad(
        "A drive's name has 1 to "
            + Members.LONGEST_NAME
            + " bytes, no blanks at its ends, no slash, no control characters and no dash as the"
            + " first: commands would take it for one of their options.");
  }

  private void quota(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = drives.of(context);
    String limit = context.queryParam("limit");
    boolean pay = RequestArguments.flag(context, "pay");
    if (limit == null && !pay) {
      throw RequestArguments.bad("Give limit or pay.");
    }
    if (pay) {
      drive.takeOver();
    }
    if (limit != null) {
      drive.limit(limit.equals("none") ? Long.MAX_VALUE : bytes(limit));
    }
    show(context);
  }

  private static long bytes(String text) throws Problem {
    try {
      if (text.matches("\\d{1,18}")) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // Too long: the same answer.
    }
    throw RequestArguments.bad("limit is a number of bytes, or none.");
  }

  private void share(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = drives.of(context);
    String asked = context.queryParam("right");
    Right right = asked == null ? Right.WRITE : right(asked);
    UserName person = person(Optional.ofNullable(context.queryParam("with")).orElse(""));
    if (drives.drives().user().equals(person)) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "'"
              + person
              + "' is you, and you use this drive already; 'anoncloud contact list' shows whom you"
              + " can share it with.");
    }
    KnownAccount contact = drives.drives().contact(person);
    if (drive.members().isEmpty()) {
      throw new Problem(
          Problem.Kind.CONFLICT, "There is nothing in your home yet; put something there first.");
    }
    Optional<Right> stays =
        drive
            .members()
            .flatMap(list -> list.member(contact.account()))
            .map(Member::right)
            .filter(_ -> asked == null);
    if (stays.isEmpty() || drive.keysApart() > 0) {
      drive.share(contact, stays.orElse(right));
    }
    drives.drives().remember(drive.id());
    Map<String, Object> answer = new LinkedHashMap<>(shown(context));
    stays.ifPresent(is -> answer.put("stays", text(is)));
    answer.put("keysApart", drive.keysApart());
    context.json(answer);
  }

  private static Right right(String text) throws Problem {
    for (Right right : Right.values()) {
      if (text(right).equals(text)) {
        return right;
      }
    }
    throw RequestArguments.bad("right is read, write or own.");
  }

  private static UserName person(String text) throws Problem {
    try {
      return UserName.parse(text);
    } catch (IllegalArgumentException e) {
      throw RequestArguments.bad("'" + text + "' is not a user name: " + e.getMessage());
    }
  }

  /** The drive of a request, which must not be the home: that is nobody else's. */
  private Drive shared(Context context, String why) throws Problem, NotLoggedIn, IOException {
    Drive drive = drives.of(context);
    if (drives.drives().isHome(drive)) {
      throw new Problem(Problem.Kind.REFUSED, "Your home " + why + ".");
    }
    return drive;
  }

  private void unshare(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = drives.of(context);
    String wanted = context.pathParam("member");
    String own = drives.drives().user().text();
    Members.Person gone =
        drive.people().stream()
            .filter(
                person ->
                    person.member().account().toString().equals(wanted)
                        || (person.isOwn() ? own : person.name().map(UserName::text).orElse(""))
                            .equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    new Problem(
                        Problem.Kind.NOT_FOUND,
                        "'"
                            + wanted
                            + "' is no member of this drive; 'anoncloud drive show' shows who"
                            + " is."));
    if (gone.isOwn()) {
      throw new Problem(
          Problem.Kind.REFUSED, "That is you; 'anoncloud drive leave' leaves the drive.");
    }
    drive.unshare(gone.member().account());
    show(context);
  }

  private void renew(Context context) throws Problem, NotLoggedIn, IOException {
    drives.of(context).renew();
    show(context);
  }

  private void leave(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = shared(context, "cannot be left");
    try {
      requireNotNeeded(drive.people(), view(drives.drives(), drive));
      drive.leave();
    } catch (DriveGone e) {
      // There is nothing to leave but this device's list.
    }
    drives.drives().forget(drive.id());
    context.json(Map.of("left", drive.id().toString()));
  }

  /** A drive always has an owner who pays for it. */
  private static void requireNotNeeded(List<Members.Person> people, DriveView drive)
      throws Problem {
    if (people.size() == 1) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "You alone use this drive; 'anoncloud drive delete' deletes it with all that is in it.");
    }
    if (drive.pays()) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "You pay for this drive, so you cannot leave it yet: another owner of it takes that over"
              + " ('anoncloud drive quota DRIVE --pay'). 'anoncloud drive share DRIVE with PERSON"
              + " --own' makes a member an owner.");
    }
  }

  private void delete(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = shared(context, "cannot be deleted; 'anoncloud account delete' deletes it all");
    List<Members.Person> people = drive.people();
    if (!view(drives.drives(), drive).pays()
        && people.stream()
            .noneMatch(person -> person.isOwn() && person.member().right() == Right.OWN)) {
      throw new Problem(
          Problem.Kind.FORBIDDEN,
          "Only an owner of the drive may delete it. Nothing was changed; 'anoncloud drive leave'"
              + " takes you out of it.");
    }
    if (people.size() > 1) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "Others use this drive. Take them out first ('anoncloud drive unshare'), or let another"
              + " owner pay for it ('anoncloud drive quota DRIVE --pay') and leave it ('anoncloud"
              + " drive leave').");
    }
    drive.delete();
    drives.drives().forget(drive.id());
    context.json(Map.of("deleted", drive.id().toString()));
  }

  private void heads(Context context) throws Problem, NotLoggedIn, IOException {
    Drive drive = drives.of(context);
    var counts = drive.counts();
    context.json(
        Map.of(
            "drive",
            drive.id().toString(),
            "number",
            counts.number(),
            "hash",
            counts.hash().toString()));
  }
}
