package org.anonymouscloud.core.database.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * All rows of a database as a file that any database can take up again (docs/formats/backup.md).
 * Stateless.
 */
public final class RowsFile {
  private static final byte[] MAGIC = "anoncloud-rows-1\n".getBytes(UTF_8);
  private static final int TABLE = 'T';
  private static final int ROW = 'R';
  private static final int END_OF_TABLE = 'N';
  private static final int END = 'E';
  private static final int ABSENT = 0;
  private static final int PRESENT = 1;

  /** No value that is written is nearly as long; a damaged length allocates no more. */
  private static final int MAX_VALUE = 64 << 20;

  private static final int BUFFER = 1 << 16;
  private static final String CUT = "it is cut off";
  private static final String NO_HISTORY = "its first table is not the history";

  private RowsFile() {}

  /**
   * Writes all rows that one state of a database has.
   *
   * @param byteOrder of the database
   * @param out is flushed and stays open
   * @return how many rows there are
   * @throws DatabaseUnavailable if a row cannot be read
   */
  public static long write(Handle handle, String byteOrder, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER));
    data.write(MAGIC);
    long rows = 0;
    for (Table table : Catalog.of(handle)) {
      data.writeByte(TABLE);
      data.writeUTF(table.name());
      data.writeShort(table.columns().size());
      for (Table.Column column : table.columns()) {
        data.writeUTF(column.name());
        data.writeByte(code(column.type()));
      }
      rows += writeRows(handle, table, byteOrder, data);
    }
    data.writeByte(END);
    data.flush();
    return rows;
  }

  private static long writeRows(Handle handle, Table table, String byteOrder, DataOutputStream data)
      throws IOException {
    long rows = 0;
    try (RowCursor cursor = RowCursor.all(handle, table, byteOrder)) {
      for (Row row = cursor.next(); row != null; row = cursor.next()) {
        data.writeByte(ROW);
        for (Object value : row.values()) {
          write(value, data);
        }
        rows++;
      }
    }
    data.writeByte(END_OF_TABLE);
    data.writeLong(rows);
    return rows;
  }

  private static void write(@Nullable Object value, DataOutputStream data) throws IOException {
    data.writeByte(value == null ? ABSENT : PRESENT);
    switch (value) {
      case null -> {}
      case Long number -> data.writeLong(number);
      case String text -> write(text.getBytes(UTF_8), data);
      case byte[] bytes -> write(bytes, data);
      default -> throw new IllegalArgumentException("No column holds a " + value.getClass());
    }
  }

  private static void write(byte[] bytes, DataOutputStream data) throws IOException {
    data.writeInt(bytes.length);
    data.write(bytes);
  }

  private static int code(ColumnType type) {
    return switch (type) {
      case TEXT -> 1;
      case BIGINT -> 2;
      case BYTEA -> 3;
    };
  }

  /** What a row of the history says, whose columns are digest, owner, version. */
  private record Script(String owner, int version) {
    static Script of(Row row) throws IOException {
      if (row.values().length == 3
          && row.values()[1] instanceof String owner
          && row.values()[2] instanceof Long version) {
        return new Script(owner, Math.toIntExact(version));
      }
      throw damaged("its history is none");
    }
  }

  /** What is done with what is read. */
  private interface Receiver {
    /** A table begins; its key is not in the file. */
    void table(Table table) throws IOException;

    void row(Row row) throws IOException;

    void endOfTable() throws IOException;
  }

  /**
   * Reads a file to its end.
   *
   * @return how many rows there are
   * @throws IOException if it is damaged
   */
  public static long check(InputStream in) throws IOException {
    return read(
        in,
        new Receiver() {
          @Override
          public void table(Table table) {}

          @Override
          public void row(Row row) {}

          @Override
          public void endOfTable() {}
        });
  }

  /**
   * Whose tables are in a file; only its beginning is read.
   *
   * @throws IOException if it is damaged
   */
  public static Set<String> owners(InputStream in) throws IOException {
    Set<String> owners = new TreeSet<>();
    DataInputStream data = new DataInputStream(new BufferedInputStream(in, BUFFER));
    try {
      begin(data);
      if (data.readUnsignedByte() != TABLE) {
        throw damaged(NO_HISTORY);
      }
      readTable(
          data,
          new Receiver() {
            @Override
            public void table(Table table) throws IOException {
              if (!table.name().equals(Catalog.HISTORY)) {
                throw damaged(NO_HISTORY);
              }
            }

            @Override
            public void row(Row row) throws IOException {
              owners.add(Script.of(row).owner());
            }

            @Override
            public void endOfTable() {}
          });
      return owners;
    } catch (java.io.EOFException | java.io.UTFDataFormatException e) {
      throw new IOException(damaged(CUT).getMessage(), e);
    }
  }

  private static void begin(DataInputStream data) throws IOException {
    if (!java.util.Arrays.equals(data.readNBytes(MAGIC.length), MAGIC)) {
      throw damaged("it does not begin as one");
    }
  }

  /**
   * Puts all rows into a database that has no tables.
   *
   * @param known the scripts of all who have tables
   * @param leftOut features that are not known, whose rows are passed over
   * @return how many rows there are in the database
   * @throws IOException if the file is damaged, or its tables are not those that the scripts make
   * @throws DatabaseUnavailable if the scripts are not there, or the database fails
   */
  public static long load(
      InputStream in, List<Migrations> known, Set<String> leftOut, OpenDatabase database)
      throws IOException {
    Loading loading = new Loading(known, leftOut, database);
    long rows = read(in, loading);
    return rows - loading.passedOver;
  }

  /** Puts the tables into a database, one after the other. The history comes first. */
  private static final class Loading implements Receiver {
    private final List<Migrations> known;
    private final Set<String> leftOut;
    private final OpenDatabase database;
    private final Map<String, Integer> versions = new TreeMap<>();
    private final List<Row> history = new ArrayList<>();
    private List<Table> tables = List.of();
    private int read;
    private long passedOver;
    private boolean passing;
    private @Nullable RowBatches batches;

    Loading(List<Migrations> known, Set<String> leftOut, OpenDatabase database) {
      this.known = known;
      this.leftOut = leftOut;
      this.database = database;
    }

    @Override
    public void table(Table table) throws IOException {
      if (read == 0) {
        if (!table.name().equals(Catalog.HISTORY)) {
          throw damaged(NO_HISTORY);
        }
        return;
      }
      passing = leftOut.stream().anyMatch(owner -> Migrations.isTableOf(owner, table.name()));
      if (passing) {
        return;
      }
      // Compared by what the scripts have made, so that no name of the file gets into a statement.
      if (read >= tables.size()
          || !tables.get(read).name().equals(table.name())
          || !tables.get(read).columns().equals(table.columns())) {
        throw damaged("the table '" + table.name() + "' is not what the program makes");
      }
      batches = new RowBatches(database, tables.get(read), rows -> {});
    }

    @Override
    public void row(Row row) throws IOException {
      if (passing) {
        passedOver++;
      } else if (batches == null) {
        Script script = Script.of(row);
        if (leftOut.contains(script.owner())) {
          passedOver++;
          return;
        }
        versions.merge(script.owner(), script.version(), Math::max);
        history.add(row);
      } else {
        batches.add(row);
      }
    }

    @Override
    public void endOfTable() throws IOException {
      if (passing) {
        return;
      }
      if (batches == null) {
        makeTables();
      } else {
        batches.flush();
      }
      read++;
    }

    private void makeTables() throws IOException {
      TableScripts.of(versions, known).makeTables(database);
      tables = database.read(Catalog::of);
      boolean same =
          database.read(
              handle -> {
                try (RowCursor made =
                    RowCursor.all(handle, tables.getFirst(), database.byteOrder())) {
                  for (Row row : history) {
                    Row other = made.next();
                    if (other == null || !row.isSameAs(other)) {
                      return false;
                    }
                  }
                  return made.next() == null;
                }
              });
      if (!same) {
        throw new DatabaseUnavailable(
            "The backup's tables were made by other scripts than this program's. Install the"
                + " program that made them.");
      }
    }

    void checkWhole() throws IOException {
      if (read != tables.size()) {
        throw damaged("tables are missing");
      }
    }
  }

  private static long read(InputStream in, Receiver receiver) throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(in, BUFFER));
    long rows = 0;
    try {
      begin(data);
      for (int next = data.readUnsignedByte(); next != END; next = data.readUnsignedByte()) {
        if (next != TABLE) {
          throw damaged("byte " + HexFormat.of().toHexDigits((byte) next) + " begins nothing");
        }
        rows += readTable(data, receiver);
      }
      if (data.read() >= 0) {
        throw damaged("it goes on after its end");
      }
    } catch (java.io.EOFException | java.io.UTFDataFormatException e) {
      throw new IOException(damaged(CUT).getMessage(), e);
    }
    if (receiver instanceof Loading loading) {
      loading.checkWhole();
    }
    return rows;
  }

  private static long readTable(DataInputStream data, Receiver receiver) throws IOException {
    String name = data.readUTF();
    List<Table.Column> columns = new ArrayList<>();
    for (int left = data.readUnsignedShort(); left > 0; left--) {
      columns.add(new Table.Column(data.readUTF(), type(data.readUnsignedByte())));
    }
    receiver.table(new Table(name, List.copyOf(columns), List.of()));
    long rows = 0;
    int next = data.readUnsignedByte();
    for (; next == ROW; next = data.readUnsignedByte()) {
      @Nullable Object[] values = new Object[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = readValue(columns.get(i).type(), data);
      }
      receiver.row(new Row(values));
      rows++;
    }
    if (next != END_OF_TABLE || data.readLong() != rows) {
      throw damaged("the table '" + name + "' has not the rows that it should");
    }
    receiver.endOfTable();
    return rows;
  }

  private static @Nullable Object readValue(ColumnType type, DataInputStream data)
      throws IOException {
    return switch (data.readUnsignedByte()) {
      case ABSENT -> null;
      case PRESENT ->
          switch (type) {
            case BIGINT -> data.readLong();
            case TEXT -> new String(readBytes(data), UTF_8);
            case BYTEA -> readBytes(data);
          };
      default -> throw damaged("a value is neither there nor absent");
    };
  }

  private static byte[] readBytes(DataInputStream data) throws IOException {
    int length = data.readInt();
    if (length < 0 || length > MAX_VALUE) {
      throw damaged("a value is too long");
    }
    byte[] bytes = data.readNBytes(length);
    if (bytes.length != length) {
      throw new java.io.EOFException();
    }
    return bytes;
  }

  private static ColumnType type(int code) throws IOException {
    for (ColumnType type : ColumnType.values()) {
      if (code(type) == code) {
        return type;
      }
    }
    throw damaged("a column has no known type");
  }

  private static IOException damaged(String how) {
    return new IOException("The file of rows is damaged: " + how + ".");
  }
}
