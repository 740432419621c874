package org.anonymouscloud.core.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * Sends what waits, one record at a time: short messages first, then bulk streams and long messages
 * in turn. So a short message waits for one record of 64 KiB at most, however much else is under
 * way. A virtual thread of its own does the writing while there is something to write; the threads
 * that ask for it never write themselves, because Java closes the socket of a virtual thread that
 * is interrupted. Thread-safe.
 */
public final class Sender {
  /** Frames after which a thread of a session lets others run. */
  private static final int TURN = 8;

  /** Guards this sender and the bulk outputs that wait for their turn. */
  final ReentrantLock lock = new ReentrantLock();

  private final Channel channel;
  private final Deque<Turn> first = new ArrayDeque<>();
  private final Deque<Turn> inTurn = new ArrayDeque<>();
  private final Condition moved = lock.newCondition();
  private boolean running;
  private @Nullable Message close;
  private Why end = Why.ENDED_HERE;
  private @Nullable Why lost;

  Sender(Channel channel) {
    this.channel = channel;
  }

  /**
   * Sends a message after those that were given before it. Does not wait.
   *
   * @throws ConnectionLost if the session is over
   */
  public void send(Message message) throws ConnectionLost {
    lock.lock();
    try {
      requireOpen();
      first.add(message);
      start();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all of a message is under way, so that what is sent next for its stream comes after
   * it. A message of one frame need not be waited for: it goes before all bulk data anyway.
   */
  void awaitPrepared(Message message) throws ConnectionLost {
    if (message.isShort()) {
      return;
    }
    lock.lock();
    try {
      while (!message.isPrepared()) {
        if (lost != null) {
          throw new ConnectionLost(lost);
        }
        moved.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #send}, unless as many messages wait already or the session is over.
   *
   * @param most how many may wait
   * @return whether it will be sent
   */
  public boolean offer(Message message, int most) {
    lock.lock();
    try {
      if (lost != null || close != null || first.size() >= most) {
        return false;
      }
      first.add(message);
      start();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts bulk data in line. To be called with the lock held. */
  void queue(Turn turn) throws ConnectionLost {
    requireOpen();
    inTurn.add(turn);
    start();
  }

  /** Takes bulk data out of the line. To be called with the lock held. */
  void withdraw(Turn turn) {
    inTurn.remove(turn);
  }

  private void requireOpen() throws ConnectionLost {
    if (lost != null || close != null) {
      throw new ConnectionLost(lost == null ? end : lost);
    }
  }

  /**
   * Sends what messages wait, then a close frame, then nothing ever. Only the first call counts.
   *
   * @param reason for the other side
   * @param why for whoever still wants to send
   */
  void finish(byte reason, Why why) {
    lock.lock();
    try {
      if (close == null && lost == null) {
        close = new Message(FrameType.CLOSE, 0, new byte[] {reason});
        end = why;
        // Messages that have begun are finished; bulk data are not.
        inTurn.removeIf(turn -> !(turn instanceof Message));
        start();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits; the connection is lost. */
  void fail(Why why) {
    lock.lock();
    try {
      if (lost == null) {
        lost = why;
        first.clear();
        inTurn.clear();
        moved.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is nothing more to send.
   *
   * @return false if it took too long
   */
  boolean awaitIdle(long millis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (running && left > 0) {
        left = moved.awaitNanos(left);
      }
      return !running;
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    if (!running) {
      running = true;
      var _ = Thread.startVirtualThread(this::run);
    }
  }

  private enum Next {
    FRAME,
    CLOSE,
    NOTHING
  }

  private void run() {
    try {
      Next next = prepareNext();
      for (int frames = 1; next == Next.FRAME; frames++) {
        channel.send();
        letOthersRun(frames);
        next = prepareNext();
      }
      if (next == Next.CLOSE) {
        channel.send();
        channel.finish();
        stopped();
      }
    } catch (ConnectionLost e) {
      fail(e.why());
      stopped();
    } catch (RuntimeException e) {
      // A fault of this program: rather no session than one that hangs.
      fail(channel.cut(Why.CUT).why());
      stopped();
      throw e;
    }
  }

  /**
   * Called for each frame by the threads that send and receive. Their scheduler takes no core away
   * from a virtual thread, so one that always finds something to do would keep it for itself.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  static void letOthersRun(int frames) {
    if (frames % TURN == 0) {
      Thread.yield();
    }
  }

  private Next prepareNext() {
    lock.lock();
    try {
      Turn turn = first.isEmpty() ? inTurn.poll() : first.poll();
      if (turn != null) {
        if (turn.prepareNext(channel)) {
          inTurn.add(turn);
        } else {
          moved.signalAll();
        }
        return Next.FRAME;
      }
      Message last = close;
      if (last == null || lost != null) {
        stopped();
        return Next.NOTHING;
      }
      lost = end;
      var _ = last.prepareNext(channel);
      return Next.CLOSE;
    } finally {
      lock.unlock();
    }
  }

  private void stopped() {
    lock.lock();
    try {
      running = false;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
