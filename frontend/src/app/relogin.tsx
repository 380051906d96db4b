/** Logging in again in place: nothing on the page is lost when a session ends. */

import { Anchor, Modal, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { setLogin } from "@/api/client";
import { sessionQuery } from "@/api/session";
import { LogInForm } from "./LogInForm";

interface Waiting {
  promise: Promise<void>;
  finish: () => void;
}

/** Shows the form while requests wait for a login; all that wait go on together. */
export function ReloginModal() {
  const queries = useQueryClient();
  const [waiting, setWaiting] = useState<Waiting | null>(null);

  useEffect(() => {
    let current: Waiting | null = null;
    setLogin(() => {
      if (current) return current.promise;
      const next = wait();
      current = next;
      setWaiting(next);
      return next.promise.then(() => {
        current = null;
        setWaiting(null);
        void queries.invalidateQueries(); // the page's stream of news may have been somebody else's
      });
    });
  }, [queries]);

  const known = useRef(""); // also when the page has heard by now that nobody is logged in
  known.current = queries.getQueryData(sessionQuery.queryKey)?.user?.username ?? known.current;
  const username = known.current;
  return (
    <Modal
      opened={waiting !== null}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      size="sm"
      zIndex={1000}
    >
      <Text size="sm" c="dimmed" mb="md">
        Log in to go on. What you did is kept on this device and will be sent.
      </Text>
      <LogInForm username={username} onDone={() => waiting?.finish()} />
      <Anchor href="/login" size="xs" display="block" ta="center" mt="md">
        Not {username}? Log in as somebody else. Unsent work stays here for {username}.
      </Anchor>
    </Modal>
  );
}

function wait(): Waiting {
  let finish: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { promise, finish: () => finish() };
}
