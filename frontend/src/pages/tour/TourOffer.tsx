import { CloseButton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { sessionQuery } from "@/api/session";
import { ButtonLink } from "@/components/links";
import type { Editor } from "@/editor/editor";
import { hasSeenTour, noteTourSeen } from "./seen";
import classes from "./Tour.module.css";

/** For somebody who opens an image for the first time; whoever begins to work needs no offer. */
export function TourOffer({ editor }: { editor: Editor }) {
  const user = useQuery(sessionQuery).data?.user?.id;
  return user === undefined ? null : <Offer {...{ editor, user }} />;
}

function Offer({ editor, user }: { editor: Editor; user: number }) {
  const [isOpen, setIsOpen] = useState(() => !hasSeenTour(localStorage, user));
  useEffect(() => {
    if (!isOpen) noteTourSeen(localStorage, user);
    return editor.store.subscribe(({ origin }) => origin === "local" && setIsOpen(false));
  }, [editor, user, isOpen]);
  if (!isOpen) return null;
  return (
    <section className={classes.offer} aria-label="Tour">
      <div>
        <Text size="sm" fw={600}>
          New here?
        </Text>
        <Text size="xs" c="dimmed">
          Two minutes on a sample image
        </Text>
      </div>
      <ButtonLink to="/tour" size="compact-sm" variant="light" ml="auto">
        Start
      </ButtonLink>
      <CloseButton size="sm" aria-label="No tour" onClick={() => setIsOpen(false)} />
    </section>
  );
}
