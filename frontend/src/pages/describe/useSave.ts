import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { descriptionsQuery } from "@/api/descriptions";
import { isWorthRetrying } from "@/api/problem";
import { SaveId } from "./save-id";

interface Made {
  id: string;
  /** How long the person was at it. */
  seconds?: number | null;
}

interface Options<M extends Made, Saved> {
  image: number;
  seconds: () => number;
  send: (made: M) => Promise<Saved>;
  onSaved: (saved: Saved, made: M) => Promise<void>;
}

/**
 * Saves what a person wrote. Where no answer comes it is sent again by itself, under the same id:
 * whether the first had arrived or not, it is saved once, and nobody is told of a fault.
 */
export function useSave<M extends Made, Saved>(options: Options<M, Saved>) {
  const { image, seconds, send, onSaved } = options;
  const queries = useQueryClient();
  const [saveId] = useState(() => new SaveId());
  const { mutate, isPending, variables } = useMutation({
    mutationFn: send,
    retry: isWorthRetrying,
    onSuccess: onSaved,
    onError: () => queries.invalidateQueries(descriptionsQuery(image)), // others may have written
  });
  const save = useCallback(
    (content: Omit<M, keyof Made>) =>
      mutate({ ...content, id: saveId.of(content), seconds: seconds() } as M),
    [mutate, saveId, seconds],
  );
  const forget = useCallback(() => saveId.forget(), [saveId]);
  return { save, isSaving: isPending, sent: variables, forget };
}
